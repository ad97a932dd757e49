// The part of Unity's editor API (2021.3) that the plug-in uses: signatures alone, so that it compiles without Unity.
using System;
using UnityEngine;

namespace UnityEditor
{
    public class EditorWindow : UnityEngine.Object
    {
        public static T GetWindow<T>(string title) where T : EditorWindow { return null; }
        public void Repaint() { }
    }

    public static class EditorApplication
    {
        public static bool isPlaying { get; set; }
        public static event Action quitting { add { } remove { } }
        public static event Action<PlayModeStateChange> playModeStateChanged { add { } remove { } }
    }

    public enum PlayModeStateChange { EnteredEditMode, ExitingEditMode, EnteredPlayMode, ExitingPlayMode }

    public static class AssemblyReloadEvents
    {
        public delegate void AssemblyReloadCallback();
        public static event AssemblyReloadCallback beforeAssemblyReload { add { } remove { } }
    }

    public enum MessageType { None, Info, Warning, Error }

    public static class EditorGUILayout
    {
        public static void HelpBox(string message, MessageType type) { }
        public static void LabelField(string label, string label2, params GUILayoutOption[] options) { }
        public static void LabelField(string label, string label2, GUIStyle style, params GUILayoutOption[] options) { }
        public static string TextField(string label, string text, params GUILayoutOption[] options) { return text; }
        public static void SelectableLabel(string text, params GUILayoutOption[] options) { }
        public static void Space() { }
        public static Vector2 BeginScrollView(Vector2 scrollPosition, params GUILayoutOption[] options) { return scrollPosition; }
        public static void EndScrollView() { }
    }

    public static class EditorStyles
    {
        public static GUIStyle wordWrappedLabel { get { return null; } }
    }

    public static class Selection
    {
        public static string[] assetGUIDs { get { return new string[0]; } }
    }

    public static class AssetDatabase
    {
        public static string GUIDToAssetPath(string guid) { return guid; }
        public static bool IsValidFolder(string path) { return false; }
        public static string[] FindAssets(string filter, string[] searchInFolders) { return new string[0]; }
        public static T LoadAssetAtPath<T>(string assetPath) where T : UnityEngine.Object { return null; }
    }

    public static class EditorUtility
    {
        public static void DisplayProgressBar(string title, string info, float progress) { }
        public static void ClearProgressBar() { }
    }

    public class PreviewRenderUtility
    {
        public Camera camera { get { return null; } }
        public Light[] lights { get { return null; } }
        public Color ambientColor { get; set; }
        public GameObject InstantiatePrefabInScene(GameObject prefab) { return prefab; }
        public void BeginStaticPreview(Rect r) { }
        public void Render(bool allowScriptableRenderPipeline = false, bool updatefov = true) { }
        public Texture2D EndStaticPreview() { return null; }
        public void Cleanup() { }
    }

    public enum BuildTarget { StandaloneOSX = 2, StandaloneWindows = 5, StandaloneWindows64 = 19, StandaloneLinux64 = 24 }

    public sealed class InitializeOnLoadAttribute : Attribute { }
    public sealed class MenuItem : Attribute { public MenuItem(string itemName) { } }
}

namespace UnityEditor.Build
{
    public interface IOrderedCallback
    {
        int callbackOrder { get; }
    }

    public interface IPostprocessBuildWithReport : IOrderedCallback
    {
        void OnPostprocessBuild(Reporting.BuildReport report);
    }

    public class BuildFailedException : Exception
    {
        public BuildFailedException(string message) : base(message) { }
    }
}

namespace UnityEditor.Build.Reporting
{
    public class BuildReport : UnityEngine.Object
    {
        public BuildSummary summary { get { return default(BuildSummary); } }
    }

    public struct BuildSummary
    {
        public string outputPath { get { return ""; } }
        public BuildTarget platform { get { return BuildTarget.StandaloneLinux64; } }
    }
}
