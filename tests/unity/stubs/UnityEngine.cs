// The part of Unity's public API (2021.3) that the plug-in uses, so that it compiles and plays without Unity. What draws does
// nothing; objects, events and time are real enough for a scene that Scene.cs drives.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using UnityEngine.Experimental.Rendering;

namespace UnityEngine
{
    public class Object
    {
        public string name { get; set; }
        public static void Destroy(Object obj) { }
        public static void DestroyImmediate(Object obj) { }
        public static bool operator ==(Object x, Object y) { return ReferenceEquals(x, y); }
        public static bool operator !=(Object x, Object y) { return !ReferenceEquals(x, y); }
        public override bool Equals(object other) { return ReferenceEquals(this, other); }
        public override int GetHashCode() { return 0; }
    }

    public static class Resources
    {
        public static T[] FindObjectsOfTypeAll<T>() where T : Object { return new T[0]; }
    }

    public class Component : Object
    {
        public Transform transform { get { return gameObject.transform; } }
        public GameObject gameObject { get; internal set; }
        public T GetComponent<T>() { return gameObject.GetComponent<T>(); }
        public T[] GetComponentsInChildren<T>() { return gameObject.Parts.OfType<T>().ToArray(); }
    }

    public class Behaviour : Component
    {
        private bool _enabled = true;
        public bool isActiveAndEnabled { get { return _enabled && gameObject.activeInHierarchy; } }

        public bool enabled
        {
            get { return _enabled; }
            set
            {
                bool changes = _enabled != value;
                _enabled = value;
                if (changes)
                {
                    Scene.Send(this, value ? "OnEnable" : "OnDisable");
                }
            }
        }
    }

    public class MonoBehaviour : Behaviour
    {
        internal readonly List<IEnumerator> Routines = new List<IEnumerator>();

        public Coroutine StartCoroutine(IEnumerator routine)
        {
            Routines.Add(routine);
            return null;
        }

        public void StopAllCoroutines() { Routines.Clear(); }
    }

    public class Coroutine { }
    public class WaitForEndOfFrame { }

    public sealed class GameObject : Object
    {
        internal readonly List<Component> Parts = new List<Component>();
        private bool _active = true;

        public GameObject(string name, params Type[] components)
        {
            this.name = name;
            transform = AddComponent<Transform>();
            Scene.Add(this);
        }

        public bool activeInHierarchy { get { return _active; } }
        public Transform transform { get; private set; }

        public T AddComponent<T>() where T : Component
        {
            var part = Activator.CreateInstance<T>();
            part.gameObject = this;
            part.name = name;
            Parts.Add(part);
            if (_active)
            {
                Scene.Send(part, "OnEnable");
            }
            return part;
        }

        public T GetComponent<T>() { return Parts.OfType<T>().FirstOrDefault(); }
        public T[] GetComponentsInChildren<T>() { return Parts.OfType<T>().ToArray(); }

        public void SetActive(bool value)
        {
            _active = value;
            Parts.ForEach(part => Scene.Send(part, value ? "OnEnable" : "OnDisable"));
        }

        public static GameObject CreatePrimitive(PrimitiveType type)
        {
            var made = new GameObject(type.ToString());
            made.AddComponent<Renderer>();
            return made;
        }
    }

    public enum PrimitiveType { Sphere, Capsule, Cylinder, Cube, Plane, Quad }

    public class Transform : Component
    {
        public Vector3 position { get; set; }
        public Vector3 localScale { get; set; }
        public bool IsChildOf(Transform parent) { return false; }
        public void LookAt(Vector3 worldPosition) { }
    }

    public struct Vector2
    {
        public float x, y;
    }

    public struct Vector2Int
    {
        public Vector2Int(int x, int y) : this()
        {
            this.x = x;
            this.y = y;
        }

        public int x { get; set; }
        public int y { get; set; }
    }

    public struct Vector3
    {
        public float x, y, z;
        public Vector3(float x, float y, float z) { this.x = x; this.y = y; this.z = z; }
        public static Vector3 zero { get { return new Vector3(); } }
        public static Vector3 Scale(Vector3 a, Vector3 b) { return new Vector3(a.x * b.x, a.y * b.y, a.z * b.z); }
        public static Vector3 MoveTowards(Vector3 current, Vector3 target, float maxDistanceDelta) { return current; }
        public float magnitude { get { return (float)Math.Sqrt(x * x + y * y + z * z); } }
        public static Vector3 operator *(Vector3 a, float d) { return new Vector3(a.x * d, a.y * d, a.z * d); }
        public static Vector3 operator +(Vector3 a, Vector3 b) { return new Vector3(a.x + b.x, a.y + b.y, a.z + b.z); }
    }

    public struct Bounds
    {
        public Bounds(Vector3 center, Vector3 size) : this()
        {
            this.center = center;
            extents = new Vector3(size.x / 2, size.y / 2, size.z / 2);
        }

        public Vector3 center { get; set; }
        public Vector3 extents { get; set; }
        public void Encapsulate(Bounds bounds) { }
    }

    public struct Rect
    {
        public Rect(float x, float y, float width, float height) : this()
        {
            xMin = x;
            yMin = y;
            this.width = width;
            this.height = height;
        }

        public float xMin { get; set; }
        public float yMin { get; set; }
        public float width { get; set; }
        public float height { get; set; }
        public float xMax { get { return xMin + width; } }
        public float yMax { get { return yMin + height; } }
        public static Rect MinMaxRect(float xmin, float ymin, float xmax, float ymax) { return new Rect(xmin, ymin, xmax - xmin, ymax - ymin); }
    }

    public struct Ray
    {
        public Vector3 origin { get; set; }
        public Vector3 direction { get; set; }
    }

    public struct Color
    {
        public Color(float r, float g, float b) { }
        public static Color black { get { return new Color(); } }
        public static Color white { get { return new Color(); } }
        public static Color red { get { return new Color(); } }
        public static Color green { get { return new Color(); } }
        public static Color blue { get { return new Color(); } }
        public static Color yellow { get { return new Color(); } }
        public static Color gray { get { return new Color(); } }
    }

    public struct Color32
    {
        public byte r, g, b, a;
        public Color32(byte r, byte g, byte b, byte a) { this.r = r; this.g = g; this.b = b; this.a = a; }
    }

    public struct LayerMask
    {
        public int value { get; set; }
        public static implicit operator int(LayerMask mask) { return 0; }
    }

    public struct RaycastHit
    {
        public Transform transform { get { return null; } }
        public Vector3 point { get { return new Vector3(); } }
    }

    public static class Physics
    {
        public static bool Linecast(Vector3 start, Vector3 end, out RaycastHit hitInfo, int layerMask)
        {
            hitInfo = new RaycastHit();
            return false;
        }

        public static bool Raycast(Ray ray, out RaycastHit hitInfo)
        {
            hitInfo = new RaycastHit();
            return false;
        }
    }

    public class Renderer : Component
    {
        public Renderer()
        {
            enabled = true;
            material = new Material();
        }

        public bool enabled { get; set; }
        public Bounds bounds { get; set; }
        public Material material { get; set; }
    }

    public class Material : Object
    {
        public Color color { get; set; }
    }

    public sealed class Camera : Behaviour
    {
        public static Camera main { get; set; }
        public RenderTexture targetTexture { get; set; }
        public float fieldOfView { get; set; }
        public float nearClipPlane { get; set; }
        public float farClipPlane { get; set; }
        public CameraClearFlags clearFlags { get; set; }
        public Color backgroundColor { get; set; }
        public void Render() { }
        public Ray ViewportPointToRay(Vector3 pos) { return new Ray { origin = pos }; }
        public Vector3 WorldToViewportPoint(Vector3 position) { return position; }
    }

    public enum CameraClearFlags { Skybox = 1, SolidColor = 2, Depth = 3, Nothing = 4 }

    public sealed class Light : Behaviour
    {
        public float intensity { get; set; }
    }

    public class Texture : Object
    {
        public virtual int width { get; set; }
        public virtual int height { get; set; }
    }

    public sealed class Texture2D : Texture
    {
        public Color32[] GetPixels32() { return null; }
    }

    public class RenderTexture : Texture
    {
        public RenderTexture(int width, int height, int depth, RenderTextureFormat format)
        {
            this.width = width;
            this.height = height;
        }

        public static RenderTexture GetTemporary(int width, int height, int depthBuffer) { return null; }
        public static void ReleaseTemporary(RenderTexture temp) { }
        public void Release() { }
    }

    public enum RenderTextureFormat { ARGB32 }
    public enum TextureFormat { RGB24 = 3, RGBA32 = 4 }

    public static class Graphics
    {
        public static void Blit(Texture source, RenderTexture dest) { }
    }

    public static class ScreenCapture
    {
        public static void CaptureScreenshotIntoRenderTexture(RenderTexture renderTexture) { }
    }

    public static class ImageConversion
    {
        public static byte[] EncodeArrayToPNG(Array array, GraphicsFormat format, uint width, uint height, uint rowBytes = 0) { return (byte[])array; }
        public static byte[] EncodeArrayToJPG(Array array, GraphicsFormat format, uint width, uint height, uint rowBytes = 0, int quality = 75) { return (byte[])array; }
    }

    public static class SystemInfo
    {
        public static bool supportsAsyncGPUReadback { get { return true; } }
        public static bool graphicsUVStartsAtTop { get { return false; } }
    }

    public static class Screen
    {
        public static int width { get { return 1280; } }
        public static int height { get { return 720; } }
    }

    public static class Time
    {
        public static float time { get { return (float)Scene.Clock.Elapsed.TotalSeconds; } }
        public static double timeAsDouble { get { return Scene.Clock.Elapsed.TotalSeconds; } }
        public static float unscaledTime { get { return time; } }
        public static float deltaTime { get { return 0.02f; } }
        public static double realtimeSinceStartupAsDouble { get { return timeAsDouble; } }
    }

    /// <summary>A microphone into which a test speaks: samples of a ring of two seconds.</summary>
    public static class Microphone
    {
        public static string[] devices = new string[0];
        public static AudioClip Clip;
        public static int Position;
        public static AudioClip Start(string deviceName, bool loop, int lengthSec, int frequency)
        {
            Position = 0;
            return Clip = AudioClip.Create("microphone", lengthSec * frequency, 1, frequency, false);
        }
        public static void End(string deviceName) { Clip = null; }
        public static int GetPosition(string deviceName) { return Position; }
        public static void Speak(float[] samples)
        {
            for (int i = 0; i < samples.Length; i++)
            {
                Clip.Samples[(Position + i) % Clip.samples] = samples[i];
            }
            Position = (Position + samples.Length) % Clip.samples;
        }
    }

    public sealed class AudioClip : Object
    {
        public float[] Samples;
        public int samples { get { return Samples.Length; } }
        public int channels { get { return 1; } }
        public int frequency { get; private set; }
        public static AudioClip Create(string name, int lengthSamples, int channels, int frequency, bool stream)
        {
            return new AudioClip { Samples = new float[lengthSamples], frequency = frequency };
        }
        public bool SetData(float[] data, int offsetSamples)
        {
            Array.Copy(data, 0, Samples, offsetSamples, data.Length);
            return true;
        }
        public bool GetData(float[] data, int offsetSamples)
        {
            for (int i = 0; i < data.Length; i++)
            {
                data[i] = Samples[(offsetSamples + i) % Samples.Length];
            }
            return true;
        }
    }

    public sealed class AudioSource : Behaviour
    {
        public AudioClip clip { get; set; }
        public bool loop { get; set; }
        public float spatialBlend { get; set; }
        public bool isPlaying { get; private set; }
        public void Play() { isPlaying = true; }
        public void Stop() { isPlaying = false; }
    }

    public static class AudioSettings
    {
        public static int outputSampleRate { get { return 44100; } }
    }

    public static class Mathf
    {
        public static int Max(int a, int b) { return Math.Max(a, b); }
        public static float Max(float a, float b) { return Math.Max(a, b); }
        public static float Min(float a, float b) { return Math.Min(a, b); }
        public static float Clamp(float value, float min, float max) { return Math.Min(Math.Max(value, min), max); }
        public static int RoundToInt(float f) { return (int)Math.Round(f); }
        public static int FloorToInt(float f) { return (int)Math.Floor(f); }
        public static int CeilToInt(float f) { return (int)Math.Ceiling(f); }
    }

    public static class Application
    {
        public static event Action quitting { add { } remove { } }
        public static bool isEditor { get { return false; } }
        public static string dataPath { get { return ""; } }
        public static string persistentDataPath { get; set; }
        public static string streamingAssetsPath { get; set; }
    }

    public static class Debug
    {
        public static void Log(object message, Object context) { }
        public static void LogWarning(object message, Object context) { Scene.Log.Add(message.ToString()); }
        public static void LogError(object message, Object context) { Scene.Log.Add(message.ToString()); }
        public static void LogException(Exception exception, Object context) { Scene.Log.Add(exception.Message); }
    }

    public static class GUI
    {
        public static void Label(Rect position, string text) { Shown = text; }
        public static string Shown;
        public static string TextField(Rect position, string text) { return text; }
        public static bool RepeatButton(Rect position, string text) { return Held; }
        public static bool Held; // a finger is on it
    }

    public static class GUILayout
    {
        public static bool Button(string text, params GUILayoutOption[] options) { return false; }
    }

    public sealed class GUILayoutOption { }
    public sealed class GUIStyle { }

    public sealed class Event
    {
        public static readonly Event current = new Event { type = EventType.Repaint };
        public EventType type { get; set; }
        public KeyCode keyCode { get; set; }
    }

    public enum EventType { KeyDown = 4, Repaint = 7 }
    public enum KeyCode { Return = 13 }
    public enum RuntimeInitializeLoadType { SubsystemRegistration = 4 }

    public sealed class SerializeField : Attribute { }
    public abstract class PropertyAttribute : Attribute { }
    public sealed class TooltipAttribute : PropertyAttribute { public TooltipAttribute(string tooltip) { } }
    public sealed class MinAttribute : PropertyAttribute { public MinAttribute(float min) { } }
    public sealed class RangeAttribute : PropertyAttribute { public RangeAttribute(float min, float max) { } }
    public sealed class RequireComponent : Attribute { public RequireComponent(Type requiredComponent, Type requiredComponent2) { } }
    public sealed class AddComponentMenu : Attribute { public AddComponentMenu(string menuName) { } }
    public sealed class DisallowMultipleComponent : Attribute { }
    public sealed class DefaultExecutionOrder : Attribute { public DefaultExecutionOrder(int order) { } }

    public sealed class RuntimeInitializeOnLoadMethodAttribute : Attribute
    {
        public RuntimeInitializeOnLoadMethodAttribute(RuntimeInitializeLoadType loadType) { }
    }
}

namespace UnityEngine.Events
{
    public delegate void UnityAction<T0>(T0 arg0);

    public class UnityEvent<T0>
    {
        private UnityAction<T0> _calls = arg0 => { };
        public void Invoke(T0 arg0) { _calls(arg0); }
        public void AddListener(UnityAction<T0> call) { _calls += call; }
        public void RemoveListener(UnityAction<T0> call) { _calls -= call; }
    }
}

namespace UnityEngine.Rendering
{
    public struct AsyncGPUReadbackRequest
    {
        public bool hasError { get { return false; } }
        public int width { get; internal set; }
        public int height { get; internal set; }

        public Unity.Collections.NativeArray<T> GetData<T>(int layer = 0) where T : struct
        {
            return new Unity.Collections.NativeArray<T> { Data = new T[width * height * 4] };
        }
    }

    public static class AsyncGPUReadback
    {
        public static AsyncGPUReadbackRequest Request(Texture src, int mipIndex, TextureFormat dstFormat, Action<AsyncGPUReadbackRequest> callback = null)
        {
            var request = new AsyncGPUReadbackRequest { width = src.width, height = src.height };
            Scene.Later(() => callback(request));
            return request;
        }
    }
}

namespace UnityEngine.Experimental.Rendering
{
    public enum GraphicsFormat { R8G8B8A8_SRGB = 4 }
}

namespace Unity.Collections
{
    public struct NativeArray<T> where T : struct
    {
        internal T[] Data;
        public int Length { get { return Data.Length; } }
        public T[] ToArray() { return (T[])Data.Clone(); }
        public void CopyTo(T[] array) { Data.CopyTo(array, 0); }
    }
}
