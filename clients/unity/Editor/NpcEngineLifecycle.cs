using UnityEditor;

namespace NpcEngine
{
    /// <summary>No thread or socket may outlive the scripts that made it: that freezes editors.</summary>
    [InitializeOnLoad]
    internal static class NpcEngineLifecycle
    {
        static NpcEngineLifecycle()
        {
            AssemblyReloadEvents.beforeAssemblyReload += NpcClient.CloseAll;
            EditorApplication.quitting += NpcClient.CloseAll;
            EditorApplication.playModeStateChanged += Changed;
        }

        private static void Changed(PlayModeStateChange change)
        {
            if (change == PlayModeStateChange.EnteredEditMode)
            {
                NpcClient.CloseAll();
            }
        }
    }
}
