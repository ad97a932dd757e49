using UnityEditor;

namespace NpcEngine
{
    /// <summary>No thread, socket or server may outlive the scripts that made it: that freezes editors.</summary>
    [InitializeOnLoad]
    internal static class NpcEngineLifecycle
    {
        static NpcEngineLifecycle()
        {
            AssemblyReloadEvents.beforeAssemblyReload += CloseAll;
            EditorApplication.quitting += CloseAll;
            EditorApplication.playModeStateChanged += Changed;
        }

        private static void Changed(PlayModeStateChange change)
        {
            if (change == PlayModeStateChange.EnteredEditMode)
            {
                CloseAll();
            }
        }

        private static void CloseAll()
        {
            NpcClient.CloseAll();
            ServerProcess.CloseAll();
        }
    }
}
